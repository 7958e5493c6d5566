import Foundation
import Measures

/// Lines with a value of samples and the same of data.
enum FloorTable {
    private static let (title, width) = (18, 34)

    static let head = row("", "samples", "data")

    static func row(_ title: String, _ samples: String, _ floor: String?) -> String {
        let start = title + String(repeating: " ", count: max(0, Self.title - title.count))
        return start + samples.padded(to: width) + (floor ?? "-").padded(to: width)
    }
}

extension String {
    /// The text at the end of so many places.
    func padded(to width: Int) -> String { String(repeating: " ", count: max(1, width - count)) + self }
}
