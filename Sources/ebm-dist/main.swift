import CCPU
import Distributed
import Failures
import Foundation
import Glibc
import Numerics

// Files and folders of a run are for their owner only, unless the umask was stricter already.
_ = umask(umask(0) | 0o077)

// The ranks and their threads share the cores already, and a product's bits must not depend on how many there are.
Products.useOneThreadPerProduct()

exit(withWorld { communicator in try CommandLineTool.run(CommandLineArguments.all(), communicator) })
