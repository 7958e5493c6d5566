import Failures
import Numerics

extension ColumnScales {
    /// Fits the scales that are asked for to the rows of a data set; nil where nothing is scaled.
    ///
    /// Rows that do not have a number (`TableColumns`) are left out of its moments, and each counts with its weight (`TableFacts.weights`). A constant column is
    /// shifted to 0 and keeps its unit.
    /// - Throws: `.data` for a logarithm of what is not above 0, `.configuration` for a scale of what is no number.
    init?(fitting dataset: Dataset, _ preparation: DataPreparation) throws(Failure) {
        guard preparation.standardize || !preparation.scale.isEmpty, dataset.levels == nil else { return nil }
        let words = try Self.words(dataset, preparation)
        guard words.contains(where: { $0 != .none }) else { return nil }
        let indicators = dataset.table.columns?.indicators
        let hasGaps = indicators?.contains { $0 != nil } == true
        let hasWeights = dataset.table.weights != nil
        let plain = hasGaps || hasWeights || words != words.map({ _ in .standard }) ? nil : dataset.moments()
        var (means, deviations, curves): ([Double], [Double], [ScaleCurve]) = ([], [], [])
        for (place, word) in words.enumerated() {
            var (mean, deviation, curve) = (0.0, 1.0, ScaleCurve.straight)
            if word != .none {
                // Rows that stand in a file are not read once more for moments that are known.
                let sample = plain == nil ? dataset.sample(place, without: indicators?[place]) : WeightedNumbers()
                let numbers = sample.numbers
                (mean, deviation) = plain.map { ($0.means[place], $0.deviations[place]) } ?? sample.moments
                let isNarrow = !(1 / Float(deviation)).isFinite && !dataset.isPrecise
                // The mean of equal doubles is rounded: their deviation need not be 0.
                let isConstant =
                    plain == nil ? numbers.allSatisfy { $0 == numbers[0] } : dataset.isPrecise && dataset.isConstant(place)
                if !(deviation > 0) || isNarrow || !(1 / deviation).isFinite || isConstant {
                    (mean, deviation) = (plain == nil ? numbers.first ?? 0 : dataset.number(place), 1)
                } else if word != .standard {
                    curve = word == .log ? .log : ScaleCurve(normalScoresOf: sample, deviation: deviation)
                    if let bad = numbers.first(where: { !curve.allows($0) }) {
                        throw Failure(
                            .data,
                            "\(dataset.name): \(dataset.title(ofValue: place)): expected numbers above 0 (data.scale: log), found \(bad). Take another scale."
                        )
                    }
                    (mean, deviation) = sample.map { curve.forward($0) }.moments
                }
            }
            means.append(mean)
            deviations.append(deviation)
            curves.append(curve)
        }
        self.init(ColumnMoments(means: means, deviations: deviations), curves: curves)
    }

    /// The scale of each value.
    private static func words(_ dataset: Dataset, _ preparation: DataPreparation) throws(Failure) -> [ColumnScale] {
        let columns = dataset.table.columns?.columnOfCoordinate
        let names = columns.map { $0.map(\.name) } ?? dataset.columnNames
        try preparation.scale.check(
            names.map { names in names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } } } ?? [], dataset.name)
        return try (0..<dataset.shape.count).map { (place) throws(Failure) in
            let standard: ColumnScale = preparation.standardize ? .standard : .none
            let (column, name) = (columns?[place], names?[place] ?? "")
            let isScaled = dataset.table.columns?.areScaled[place] ?? true
            let isNumber = column?.kind.isNumber ?? true
            guard let word = preparation.scale.word(for: name) else { return isScaled ? standard : .none }
            guard let scale = ColumnScale(rawValue: word) else {
                let known = ColumnScale.allCases.map(\.rawValue)
                throw Failure(
                    .configuration,
                    "data.scale: expected one of \(known.joined(separator: ", ")), found '\(word)'." + Spelling.hint(for: word, in: known))
            }
            // The coordinate that says that nothing is there is no number.
            if isNumber { return isScaled ? scale : .none }
            guard !preparation.scale.names.contains(name) || scale == .none || isScaled && scale == .standard else {
                throw Failure(
                    .configuration,
                    "data.scale: column '\(name)': '\(word)' scales numbers, found a column taken as \(column?.summary ?? "")")
            }
            return isScaled && preparation.scale.names.contains(name) ? scale : isScaled ? standard : .none
        }
    }
}

extension Dataset {
    /// One value of every row with its weight, without the rows in which another value, its indicator, is not 0, and those of no weight.
    fileprivate func sample(_ place: Int, without indicator: Int?) -> WeightedNumbers {
        var sample = WeightedNumbers()
        sample.numbers.reserveCapacity(count)
        if table.weights != nil { sample.weights = [] }
        var row = 0
        forEachRow { block, start in
            defer { row += 1 }
            if let indicator, block.number(start + indicator) != 0 { return }
            if let weight = table.weights?[row] {
                guard weight > 0 else { return }
                sample.weights?.append(Double(weight))
            }
            sample.numbers.append(block.number(start + place))
        }
        return sample
    }

    /// A value of a row as messages call it, from 1.
    package func title(ofValue place: Int) -> String { "column \(place + 1)" + (columnNames.map { " (\($0[place]))" } ?? "") }
}
