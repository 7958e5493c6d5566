import Foundation

/// Numbers as a page shows them.
package enum Numeral {
    /// Up to four digits: `1234`, `0.00123`, `12.3k`, `4.5M`, `1.2e-05`.
    package static func short(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "not a number" : value < 0 ? "-∞" : "∞" }
        let size = abs(value)
        for (power, unit) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")] where size >= power && size < 1e15 {
            let scale = unit == "k" ? 1e3 : power
            return trimmed(String(format: "%.1f", value / scale)) + unit
        }
        return trimmed(String(format: size >= 1e3 ? "%.0f" : "%.4g", value))
    }

    /// A count with its thousands set apart by thin spaces.
    package static func grouped(_ value: Int) -> String {
        let digits = String(abs(value))
        let parts = stride(from: digits.count, to: 0, by: -3).map { end in
            String(digits.dropLast(digits.count - end).suffix(3))
        }
        return (value < 0 ? "-" : "") + parts.reversed().joined(separator: "\u{202f}")
    }

    /// Three digits, for what is read at a glance: `0.0475`, `1830`, `97.9k`.
    package static func brief(_ value: Double) -> String {
        guard value.isFinite, value != 0, abs(value) < 1e3 else { return short(value) }
        return trimmed(String(format: "%.3g", value))
    }

    /// A share as a percentage without digits behind the point; below 1 %, with one that counts.
    package static func percent(_ share: Double) -> String {
        let percent = 100 * share
        return "\(percent > 0 && percent < 0.95 ? String(format: "%.1g", percent) : String(Int(percent.rounded()))) %"
    }

    /// Six digits, as a script reads them.
    static func exact(_ value: Double) -> String {
        if let whole = Int(exactly: value), abs(whole) < 1 << 53 { return String(whole) }
        return String(format: "%.6g", value)
    }

    /// A place in a picture, one digit behind the point.
    static func place(_ value: Double) -> String {
        let tenths = Int((10 * value).rounded())
        let (whole, rest) = abs(tenths).quotientAndRemainder(dividingBy: 10)
        return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
    }

    private static func trimmed(_ text: String) -> String {
        guard text.contains("."), !text.contains("e") else { return text }
        let kept = text.reversed().drop { $0 == "0" }
        return String((kept.first == "." ? kept.dropFirst() : kept).reversed())
    }
}
