import Failures
import Formats
import Foundation

/// The labels of IDX images, from the file whose name says labels instead.
enum IDXLabels {
    static func beside(_ path: String, count: Int, _ options: LoadingOptions) throws(Failure) -> [Int32] {
        let (folder, name) = path.lastIndex(of: "/").map { (String(path[...$0]), String(path[path.index(after: $0)...])) } ?? ("", path)
        let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
        let wanted = plain.replacingOccurrences(of: "images", with: "labels").replacingOccurrences(of: "idx3", with: "idx1")
        guard wanted != plain, let found = [wanted, wanted + ".gz"].first(where: { PathKind(folder + $0) == .file }) else {
            throw Failure(
                .missingInput, "\(path): expected the labels of these images in \(folder)\(wanted), plain or .gz, found no such file")
        }
        let labels = try IDX.decode(options.open(folder + found).bytes(), name: folder + found)
        guard case .uint8(let bytes) = labels.values, labels.shape == [count] else {
            throw Failure(.data, "\(folder)\(found): expected \(count) labels of one byte, one for each image, found \(labels.shape)")
        }
        return bytes.map { Int32($0) }
    }
}
