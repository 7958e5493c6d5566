import Foundation

/// Numbers and words in the columns of a terminal.
package enum NumberText {
    /// So many digits behind the point, to the right of `width` characters.
    package static func fixed(_ value: Double, _ digits: Int, width: Int) -> String {
        let text = String(format: "%.\(digits)f", value)
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// A word to the left of `width` characters.
    package static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// 12,345,678 as 12.3M.
    package static func engineering(_ value: Double) -> String {
        switch value {
        case 1e9...: String(format: "%.2fG", value / 1e9)
        case 1e6...: String(format: "%.2fM", value / 1e6)
        case 1e3...: String(format: "%.1fk", value / 1e3)
        default: String(format: "%.1f", value)
        }
    }
}
