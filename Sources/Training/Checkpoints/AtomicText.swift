import Failures
import Formats

/// Small text files that are whole or absent.
enum AtomicText {
    static func write(_ text: String, to path: String) throws(Failure) {
        try AtomicFile.write(Array(text.utf8), to: path)
    }
}
