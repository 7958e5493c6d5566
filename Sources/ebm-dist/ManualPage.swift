import Configuration
import Failures
import Formats
import Training

/// The manual page, made from the declarations of commands, options and keys: troff with the macros of man(7), which `ebm-dist help --man` prints.
enum ManualPage {
    static var text: String {
        let commands = CommandLineTool.commands.map { command in
            let head =
                ".SS \(command.name)\n\(escaped(sentence(command.summary)))\n.PP\n.B ebm\\-dist \(command.name)\n"
                + usage(command.usage)
            return head
                + command.options.map { option in
                    ".TP\n.B \(escaped(option.name))\(option.value.map { "\n.I \(escaped($0))" } ?? "")\n\(escaped(option.explanation))\n"
                }.joined()
        }
        let groups = ConfigurationKey.groups.map { group in
            let keys = ConfigurationKey.all.filter { $0.group == group }
            return ".SS \(group)\n"
                + keys.map { ".TP\n.B \(escaped($0.path))\n\(escaped(sentence($0.comment))) Default: \(escaped($0.standard.text)).\n" }
                .joined()
        }
        let codes = [(Int32(0), "done")] + Failure.Kind.allCases.map { ($0.rawValue, $0.meaning) }
        return """
            .TH EBM\\-DIST 1 "" "\(escaped(BuildInformation.version))" "User Commands"
            .SH NAME
            ebm\\-dist \\- trains energy\\-based models on one machine or, started by mpirun or Slurm, on many
            .SH SYNOPSIS
            .RB [ "mpirun \\-n"
            .IR RANKS ]
            .B ebm\\-dist
            .RI [ COMMAND "] [" OPTIONS ]
            .SH DESCRIPTION
            Without a command it trains on the digits that it carries. Keys of the configuration are given in a JSON5 file, and as
            .I key=value
            over it.
            .SH COMMANDS
            \(commands.joined())\
            .SH CONFIGURATION
            \(groups.joined())\
            .SH EXIT STATUS
            \(codes.map { ".TP\n.B \($0.0)\n\(escaped($0.1))\n" }.joined())\
            .SH ENVIRONMENT
            .TP
            .B EBM_DIST_MPI
            The MPI library: openmpi, mpich, abi, or the path of one. Default: that of the launcher.
            .TP
            .B EBM_DIST_WATCHDOG_SECONDS
            For how long a job may stand still in place of a minute.
            """
    }

    private static func usage(_ text: String) -> String {
        text.isEmpty ? "" : text.split(separator: "\n").map { ".br\n\(escaped($0.trimmingPrefix { $0 == " " }))\n" }.joined()
    }

    private static func sentence(_ text: String) -> String { text.hasSuffix(".") ? text : "\(text)." }

    /// Text as troff takes it: a point or an apostrophe at the start of a line would be a request, a plain hyphen is no minus, and letters beyond ASCII
    /// have names.
    private static func escaped(_ text: some StringProtocol) -> String {
        let safe = text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "\n": result += " "
            case _ where scalar.isASCII: result.unicodeScalars.append(scalar)
            default:
                let code = String(scalar.value, radix: 16, uppercase: true)
                result += "\\[u\(String(repeating: "0", count: max(0, 4 - code.count)))\(code)]"
            }
        }
        return safe.hasPrefix(".") || safe.hasPrefix("'") ? "\\&\(safe)" : safe
    }
}
