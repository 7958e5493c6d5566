import CCPU
import Distributed
import Failures
import Foundation
import Glibc

// Files and folders of a run are for their owner only, unless the umask was stricter already.
_ = umask(umask(0) | 0o077)

let arguments = Array(CommandLine.arguments.dropFirst())
exit(withWorld { communicator in try CommandLineTool.run(arguments, communicator) })
