import Failures
import Foundation

/// The ranks of a job are one program, started with one command line.
extension Communicator {
    /// Collective, and the first thing that ranks do together: ranks that were given different work would wait for each other for ever.
    ///
    /// - Parameters:
    ///   - program: what tells this build from any other.
    ///   - arguments: the command line without the program's name.
    /// - Throws: `.launch`, on all ranks, with what rank 0 and the lowest rank that differs from it are.
    public func requireOneLaunch(program: String, arguments: [String]) throws(Failure) {
        let place = "\(ProcessInfo.processInfo.hostName), \(CommandLine.arguments.first ?? "")"
        try requireSame(
            program, shown: "\(program) (\(place))", "different builds of the program",
            "Put the same file on all machines, or name it by the same path")
        try requireSame(
            arguments.joined(separator: "\0"), shown: Self.shell(arguments), "different command lines",
            "Start all ranks of a job with the same one")
    }

    private func requireSame(_ text: String, shown: String, _ difference: String, _ advice: String) throws(Failure) {
        var first = Array(text.utf8)
        try broadcast(&first, from: 0)
        var lowest = [Double(first == Array(text.utf8) ? size : rank)]
        try minimum(&lowest)
        guard Int(lowest[0]) < size else { return }
        let other = Int(lowest[0])
        var lines = (Array(shown.utf8), Array(shown.utf8))
        try broadcast(&lines.0, from: 0)
        try broadcast(&lines.1, from: other)
        try onRoot {
            throw Failure(
                .launch,
                """
                the ranks have \(difference):
                  rank 0: \(String(decoding: lines.0, as: UTF8.self))
                  rank \(other): \(String(decoding: lines.1, as: UTF8.self))
                \(advice)
                """)
        }
    }

    /// The arguments as a person would type them.
    private static func shell(_ arguments: [String]) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%^~")
        let words = arguments.map { word in
            !word.isEmpty && plain.isSuperset(of: word) ? word : "'" + word.replacingOccurrences(of: "'", with: #"'\''"#) + "'"
        }
        return (["ebm-dist"] + words).joined(separator: " ")
    }
}
