import CCPU
import CSignals
import Distributed
import Failures
import Foundation
import Glibc
import Numerics

let arguments = Result { try CommandLineArguments.all() }
if !CommandLineTool.stopsOnRequest((try? arguments.get()) ?? []) { ebm_release_stop_signals() }

// A file that reaches the limit of its size (ulimit -f) is an error of the write, with its reason, and not a silent end.
_ = signal(SIGXFSZ, SIG_IGN)

// The ranks and their threads share the cores already, and a product's bits must not depend on how many there are.
Products.useOneThreadPerProduct()

exit(withWorld { communicator in try CommandLineTool.run(try arguments.get(), communicator) })
