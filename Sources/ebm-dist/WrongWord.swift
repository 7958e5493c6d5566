import Configuration
import Datasets
import Failures
import Formats
import Training

/// What to answer where a word stands in a wrong place: data where a command or a configuration is expected, and other programs' names of commands.
enum WrongWord {
    /// Names that other programs have for a command.
    private static let synonyms = [
        "fit": "train", "run": "train", "start": "train", "resume": "train", "continue": "train", "generate": "sample", "draw": "sample",
        "score": "energy", "predict": "energy", "test": "evaluate", "validate": "evaluate", "metrics": "evaluate", "benchmark": "bench",
        "selftest": "check", "doctor": "check", "configuration": "config", "defaults": "config",
    ]

    /// Endings of files of data.
    private static let dataEndings = [
        ".csv", ".csv.gz", ".tsv", ".txt", ".npy", ".npz", ".bin", "-ubyte", "-ubyte.gz", ".png", ".jpg", ".parquet", ".h5", ".hdf5", ".nc",
    ]

    /// The failure of a word that is no command. It looks for files: on rank 0 alone.
    static func command(_ word: String, known: [String]) -> Failure {
        let near = (synonyms[word.lowercased()] ?? Spelling.nearest(to: word, in: known)).map { " Did you mean \"\($0)\"?" }
        let hint = near ?? place(of: word).map { " \($0)" } ?? ""
        return Failure(
            .usage, "unknown command `\(word)`.\(hint) Commands: \(known.joined(separator: ", ")). See ebm-dist --help.")
    }

    /// The failure of a word that stands where a configuration file is expected and cannot be one; nil where it may be one.
    static func configuration(_ word: String, _ command: String) -> Failure? {
        if word == "=" || word.hasPrefix("=") {
            return Failure(.usage, "\(command): expected key=value without spaces, found '\(word)' by itself")
        }
        guard let place = place(of: word) else { return nil }
        return Failure(.usage, "\(command): expected a configuration file, found '\(word)'. \(place)")
    }

    /// Where a word belongs that is the name of data, a file of them, a run folder, a key, or a ready configuration without its ending.
    private static func place(of word: String) -> String? {
        let isThere = PathKind(word) != .nothing
        let ready = isThere ? nil : ["\(word).json5", "configs/\(word)", "configs/\(word).json5"].first { PathKind($0) == .file }
        let isData = dataEndings.contains { word.lowercased().hasSuffix($0) } || !isThere && DataSource.builtInNames.contains(word)
        if isData { return "Data are given as data.source=\(word)" + (ready.map { "; a ready configuration is \($0)." } ?? ".") }
        if PathKind("\(word)/config.json5") == .file {
            return "A run folder is given to train as --out \(word), to other commands as --run \(word)."
        }
        if let ready { return "Did you mean \(ready)?" }
        let isKey = !isThere && ConfigurationKey.called(word) != nil
        return isKey ? "A key is given with its value, without spaces: \(word)=VALUE; ebm-dist help \(word) explains it." : nil
    }
}
