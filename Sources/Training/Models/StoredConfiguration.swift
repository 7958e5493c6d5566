import Configuration
import Failures
import Formats

/// The configuration that a run folder holds, with the head of its file.
package struct StoredConfiguration {
    package let configuration: RunConfiguration
    /// The program and the machine of the newest start, in lines.
    package let origin: [String]

    /// - Throws: `.missingInput` for a folder without a run, `.configuration` for one whose configuration cannot be read.
    package init(_ folder: RunFolder) throws(Failure) {
        guard try folder.exists else {
            if let enclosing = RunFolder(enclosing: folder.path) {
                throw Failure(
                    .missingInput, "\(folder.path): expected a run folder, found a part of one: the run folder is \(enclosing.path)")
            }
            throw Failure(
                .missingInput,
                "\(folder.path): expected a run folder with config.json5, found none. Train first: ebm-dist train --out \(folder.path)")
        }
        let bytes = try FileBytes.read(folder.configuration, limit: 1 << 20)
        configuration = try RunConfiguration.resolve(stored: bytes, name: folder.configuration)
        let mark = "// "
        origin = String(decoding: bytes, as: UTF8.self).split(separator: "\n").prefix { $0.hasPrefix(mark) }.map {
            String($0.dropFirst(mark.count))
        }
    }
}
