import CCPU
import Distributed
import Failures
import Foundation
import Glibc
import Numerics

// A file that reaches the limit of its size (ulimit -f) is an error of the write, with its reason, and not a silent end.
_ = signal(SIGXFSZ, SIG_IGN)

// The ranks and their threads share the cores already, and a product's bits must not depend on how many there are.
Products.useOneThreadPerProduct()

let arguments = Array(CommandLine.arguments.dropFirst())
exit(withWorld { communicator in try CommandLineTool.run(arguments, communicator) })
