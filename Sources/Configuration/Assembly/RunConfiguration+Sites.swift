import Datasets
import Failures
import Learning
import Numerics
import Sampling

/// What the coordinates of a state are that has more than real numbers: the one place that says so, of tables and of `sampler.sites`.
extension RunConfiguration {
    /// Whether values that are finitely many stay what they are: asked for with an objective that knows such, and where a kernel moves them.
    package var keepsSites: Bool { sampler.kind.movesSites || objective.kind.knowsSites && data.dequantize == false }

    /// What the coordinates of rows are; nil where all are real numbers. Of a table its columns say it, else `sampler.sites`, which fits (`spaceOfWords`).
    package func space(of rows: RowPreparation) -> RowSpace? {
        guard keepsSites else { return nil }
        return rows.table?.space(rows.scales) ?? (try? spaceOfWords(rows.shape.count))
    }

    /// What `sampler.sites` says of states of so many coordinates; nil where it says nothing.
    /// - Throws: `.configuration` where it does not fit them.
    func spaceOfWords(_ coordinates: Int) throws(Failure) -> RowSpace? {
        guard sampler.kind.movesSites, !sampler.sites.isEmpty else { return nil }
        return try SiteWords(sampler.sites).space(coordinates)
    }

    /// A space such as states have, where nobody knows them: that of the fewest coordinates that the words allow; of columns of a table a site and a number.
    var anySpace: RowSpace? {
        guard sampler.kind.movesSites else { return nil }
        guard !sampler.sites.isEmpty, let words = try? SiteWords(sampler.sites), let space = try? words.space(words.fewest) else {
            return RowSpace([RowSpace.Site(.bit(at: 0))], dimension: 2)
        }
        return space
    }

    /// Objectives whose chains, in training or of samples, may have sites.
    private static let objectivesOfSites = [ObjectiveKind.cd, .pcd, .shortRun] + ObjectiveKind.all.filter(\.knowsSites) + [.sampling]

    /// What does not go with a kernel of sites, whatever the states are.
    func checkSiteKernel() throws(Failure) {
        guard sampler.kind.movesSites else { return }
        _ = try SiteWords(sampler.sites)
        func need(_ condition: Bool, _ expected: String) throws(Failure) {
            try require(condition, "sampler.kind = \"\(sampler.kind.rawValue)\" keeps sites at their values: expected \(expected)")
        }
        let kind = objective.kind
        try need(
            Self.objectivesOfSites.contains(kind),
            "objective.kind = \(ConfigurationKey.list(Self.objectivesOfSites.map(\.rawValue))), found \"\(kind.rawValue)\"")
        try need(data.dequantize != true, "data.dequantize = false or null, found true")
        try need(chains.noiseSpread == 0, "chains.noiseSpread = 0, found \(chains.noiseSpread)")
        try need(chains.storage == .float, "chains.storage = \"float\", found \"\(chains.storage.rawValue)\"")
        try checkStepSizes(of: anySpace, anyKernel)
    }

    /// Step sizes that there is nothing for.
    private func checkStepSizes(of space: RowSpace?, _ kernel: any TransitionKernel) throws(Failure) {
        let isWithoutNumbers = space?.columnsOfNumbers.isEmpty ?? false
        try require(
            sampler.adaptSteps == 0 || kernel.hasStepSize,
            "sampler.adaptSteps = \(sampler.adaptSteps) finds a step size, which sampler.kind = \"\(sampler.kind.rawValue)\" has for numbers beside the "
                + "sites alone; expected 0")
        try require(
            sampler.siteStepSize == nil || !isWithoutNumbers,
            "sampler.siteStepSize = \(sampler.siteStepSize ?? 0) is the step size of sites that stand beside numbers; without numbers that is "
                + "sampler.stepSize; expected null")
    }

    /// What does not go with a kernel of sites for the states of a run.
    /// - Throws: `.configuration` where these have no sites, or more than chains of training can keep to.
    func checkSites(_ source: DataSource, _ data: DataStream, _ kernel: any TransitionKernel) throws(Failure) {
        guard sampler.kind.movesSites else { return }
        let ofTable = source.dataset?.table.columns?.space(data.scales)
        guard ofTable == nil || sampler.sites.isEmpty else {
            throw Failure(
                .configuration,
                "sampler.sites: the columns of \(source.name) say what the coordinates of a row are (data.kinds); expected [], found \(sampler.sites)"
            )
        }
        guard let space = data.space, !space.sites.isEmpty, source.density == nil else {
            throw Failure(
                .configuration,
                "sampler.kind = \"\(sampler.kind.rawValue)\" moves coordinates that have finitely many values: expected "
                    + (source.density == nil ? "" : "data that are no density of the plane, with ")
                    + "sampler.sites such as [\"spin\"] or [\"bit\"], or columns of a table that are no numbers, found "
                    + (source.density == nil ? "sampler.sites = \(sampler.sites)" : "data.source = \"\(source.name)\""))
        }
        try checkStepSizes(of: space, kernel)
        guard objective.kind.knowsSites || space.isOfSitesAndNumbers else {
            throw Failure(
                .configuration,
                "objective.kind = \"\(objective.kind.rawValue)\" runs chains of rows, which are not more than sites and numbers that are always there: "
                    + "\(source.name) has gaps, angles or columns that never vary. Leave these columns out (data.columns), or learn by "
                    + ConfigurationKey.list(ObjectiveKind.all.filter(\.knowsSites).map(\.rawValue)))
        }
    }

    /// Refuses rows of which one has none of the values that `sampler.sites` says. It reads all of them.
    /// - Parameters:
    ///   - rows: how they are prepared; they conform to it.
    ///   - place: where they come from, for messages.
    ///   - counts: whether the coordinates of a row are looked at.
    /// - Throws: `.data`.
    package func checkSites(
        of source: DataSource, as rows: RowPreparation, _ place: String, where counts: (_ row: Int, _ coordinates: Range<Int>) -> Bool
    ) throws(Failure) {
        guard let dataset = source.dataset, rows.table?.space(rows.scales) == nil, let space = try spaceOfWords(rows.shape.count),
            let (row, site, found) = rows.firstRow(of: dataset, off: space, where: { counts($0, $1.coordinates) })
        else { return }
        let first = site.coordinates.lowerBound
        let title = site.coordinates.count == 1 ? dataset.title(ofValue: first) : "columns \(first + 1) to \(site.coordinates.upperBound)"
        let expected =
            site.isOneHot
            ? "one of them 1 and the others 0"
            : Self.list((0..<site.count).prefix(4).map { site.number($0, at: 0) }) + (site.count > 4 ? ", ..." : "")
        throw Failure(
            .data,
            "\(place): row \(row) from 0, \(title): sampler.sites expects \(expected), found "
                + "\(Self.list(found.prefix(8))). Levels of whole-number data lie from data.low to data.high; "
                + "data.standardize and data.scale move values too.")
    }

    /// Whole numbers without a point.
    private static func list(_ numbers: some Sequence<Float>) -> String {
        numbers.map { Int(exactly: $0).map { "\($0)" } ?? "\($0)" }.joined(separator: ", ")
    }
}
