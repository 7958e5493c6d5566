/// A curve in one line of text.
package enum Sparkline {
    private static let levels = Array("▁▂▃▄▅▆▇█")

    /// - Parameters:
    ///   - values: in order; those that are not finite are left out.
    ///   - width: characters at most. Where there are more values, each stands for the mean of as many as it has to.
    package static func text(_ values: [Double], width: Int) -> String {
        let finite = values.filter(\.isFinite)
        guard !finite.isEmpty, width > 0 else { return "" }
        let count = min(width, finite.count)
        let means = (0..<count).map { place in
            let part = finite[place * finite.count / count..<(place + 1) * finite.count / count]
            return part.reduce(0) { $0 + $1 / Double(part.count) }
        }
        guard let least = means.min(), let most = means.max(), most > least else {
            return String(repeating: levels[levels.count / 2], count: count)
        }
        // Halves do not overflow where their difference would.
        let range = most / 2 - least / 2
        return String(means.map { levels[min(levels.count - 1, Int(($0 / 2 - least / 2) / range * Double(levels.count)))] })
    }
}
