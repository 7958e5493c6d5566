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

extension Estimate {
    /// `12.3 % (95 %: 10.1 to 14.2)`
    var percent: String { scaled(by: 100).text(1).replacing(" (", with: " % (") }
}

extension String {
    /// The text at the end of so many places.
    func padded(to width: Int) -> String { String(repeating: " ", count: max(1, width - count)) + self }
}
