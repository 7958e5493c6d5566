import CCPU
import CSignals
import Distributed
import Failures
import Foundation
import Glibc
import Numerics

let arguments = Result { try CommandLineArguments.all() }
if !CommandLineTool.stopsOnRequest((try? arguments.get()) ?? []) { ebm_release_stop_signals() }

// Files and folders of a run are for their owner only, unless the umask was stricter already.
_ = umask(umask(0) | 0o077)

// The ranks and their threads share the cores already, and a product's bits must not depend on how many there are.
Products.useOneThreadPerProduct()

exit(withWorld { communicator in try CommandLineTool.run(try arguments.get(), communicator) })
