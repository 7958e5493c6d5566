import Formats
import Foundation
import Testing
import Training

extension RunFolder {
    /// Changes the manifest of a checkpoint, with the right checksum again.
    func editManifest(ofStep step: Int, _ edit: (inout [String: Any]) throws -> Void) throws {
        let url = URL(fileURLWithPath: "\(checkpoint(step))/manifest.json")
        var object = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        try edit(&object)
        let blank = String(repeating: "0", count: 16)
        object["manifestChecksum"] = blank
        let text = String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
        let right = text.replacingOccurrences(
            of: "\"manifestChecksum\":\"\(blank)\"", with: "\"manifestChecksum\":\"\(Checksum.of(Array(text.utf8)))\"")
        try Data(right.utf8).write(to: url)
    }

    /// Changes the metadata of model.safetensors in a checkpoint, with all checksums right again.
    func editModelMetadata(ofStep step: Int, _ edit: (inout [String: String]) throws -> Void) throws {
        let url = URL(fileURLWithPath: "\(checkpoint(step))/model.safetensors")
        let bytes = Array(try Data(contentsOf: url))
        let length = bytes[..<8].reversed().reduce(0) { $0 << 8 + Int($1) }
        var header = try #require(try JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length])) as? [String: Any])
        var metadata = try #require(header["__metadata__"] as? [String: String])
        try edit(&metadata)
        header["__metadata__"] = metadata
        var text = Array(try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes]))
        while text.count % 8 != 0 { text.append(0x20) }
        let size = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
        let edited = size + text + bytes[(8 + length)...]
        try Data(edited).write(to: url)
        try editManifest(ofStep: step) { manifest in
            var files = try #require(manifest["files"] as? [String: Any])
            files["model.safetensors"] = ["bytes": edited.count, "checksum": Checksum.of(edited)]
            manifest["files"] = files
        }
    }
}
