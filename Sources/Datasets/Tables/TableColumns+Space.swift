import Numerics

extension TableColumns {
    /// What the coordinates of a row are; nil where all are numbers that are always there.
    /// - Parameter scales: of the coordinates; nil where nothing scales them.
    public func space(_ scales: ColumnScales?) -> RowSpace? {
        guard !areNumbers else { return nil }
        var (parts, gaps): ([RowSpace.Part], [RowSpace.Gap]) = ([], [])
        for (column, place) in zip(columns, coordinatePlaces) {
            /// A cell on the model's scale.
            func coordinates(_ cell: Double) -> [Float] {
                zip(column.encode(cell), place).map { value, coordinate in Float(scales?.forward(value, coordinate) ?? value) }
            }
            let (first, last) = (place.lowerBound, place.upperBound - 1)
            switch column.kind.geometry {
            case .values(let count, let inOrder):
                let cells = (0..<count).map { Double($0) } + (column.canBeMissing ? [.nan] : [])
                guard cells.count > 1 else {
                    parts.append(.constant(place, coordinates(cells[0])))
                    continue
                }
                let site = DiscreteSite(coordinates: place, count: cells.count) { coordinates(cells[$0]) }
                parts.append(.site(RowSpace.Site(site, inOrder ? .path(count) : .none, hasGap: column.canBeMissing)))
                continue
            case .line: parts.append(.number(first))
            case .circle: parts.append(.angle(first))
            }
            guard column.canBeMissing else { continue }
            parts.append(.site(RowSpace.Site(.bit(at: last), .none, hasGap: true)))
            gaps.append(RowSpace.Gap(coordinates: first..<last, filler: Array(coordinates(.nan).dropLast()), indicator: last))
        }
        return RowSpace(parts, gaps: gaps, patterns: patterns)
    }

    /// Of the columns that can be missing, in their order, as their sites stand in a space.
    private var patterns: [RowSpace.Pattern] {
        // A column of one word and gaps has them as its two values.
        let places = columns.indices.filter { columns[$0].canBeMissing }
        let known = (gapPatterns ?? []).filter { $0.rows > 0 && $0.columns.allSatisfy(places.contains) }
        let rows = known.reduce(0) { $0 + Double($1.rows) }
        return known.map { pattern in
            RowSpace.Pattern(areOpen: places.map { pattern.columns.contains($0) }, share: Double(pattern.rows) / rows)
        }
    }
}
