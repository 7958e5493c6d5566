import Distributed
import Failures
import Learning
import Numerics
import Sampling

/// Clean rows, their noised copies, and who takes the noise away: the work behind `DenoisingEvaluation`.
package struct DenoisingTask {
    /// Rows that are estimated together; fixed, so that the bits do not depend on the number of ranks.
    package static let rowsPerTile = 32
    /// Rows that choose the width of the filter.
    private static let tuningRows = 128
    /// Numbers of `RandomPurpose.evaluation`: the noise of the rows, that of the rows that choose the filter, that of the chains by level.
    private enum Numbers {
        static let rows = 3
        static let tuning = 4
        static let chains = 16
    }

    let shape: ImageShape
    /// rows x dimension
    package let clean: Matrix
    /// Rows of the training data that are not among the clean ones.
    let training: EvaluationRows
    let others: Range<Int>
    package let peak: Double
    let inverseTemperature: Float
    let steps: Int

    package init(
        shape: ImageShape, clean: Matrix, training: EvaluationRows, others: Range<Int>, peak: Double, inverseTemperature: Float, steps: Int
    ) {
        self.shape = shape
        self.clean = clean
        self.training = training
        self.others = others
        self.peak = peak
        self.inverseTemperature = inverseTemperature
        self.steps = steps
    }

    private var tiles: Int { (clean.rows + Self.rowsPerTile - 1) / Self.rowsPerTile }
    private func range(_ tile: Int) -> Range<Int> { tile * Self.rowsPerTile..<min(clean.rows, (tile + 1) * Self.rowsPerTile) }

    /// Nothing is decided in these chains.
    private static let chainNumbers = ChainRun.Numbers(seed: 1, motion: .evaluation, decisions: .samplingDecision)

    private static func noise(_ rows: Int, _ columns: Int, _ purpose: Int, _ index: Int) -> Matrix {
        let noise = Matrix(rows: rows, columns: columns)
        RandomStream(seed: 1, purpose: .evaluation, step: purpose, index: index).fillNormals(noise)
        return noise
    }

    /// The noised rows of a tile: the same noise at every level, times σ.
    private func noised(_ tile: Int, _ deviation: Float) -> Matrix {
        let rows = range(tile)
        let result = Self.noise(rows.count, clean.columns, Numbers.rows, tile)
        result.combine(clean.rows(rows), result) { $0 + deviation * $1 }
        return result
    }

    private func noised(_ deviation: Float) -> Matrix {
        let all = Matrix(rows: clean.rows, columns: clean.columns)
        for tile in 0..<tiles { all.rows(range(tile)).copy(from: noised(tile, deviation)) }
        return all
    }

    // MARK: estimates without a model

    /// What needs no model, made by rank 0; with the first rows' estimates there.
    package struct Baselines: Codable {
        package var width: Double?
        /// The squared error of each row.
        package var identity: [Double]
        package var filter: [Double]?
        package var wiener: [Double]?
        package var filtered: [Float] = []
        package var linear: [Float] = []
    }

    /// Collective. For each level, in their order.
    package func baselines(_ deviations: [Float], shown: Int, _ communicator: any Communicator) throws(Failure) -> [Baselines] {
        try communicator.fromRoot {
            let wiener = clean.columns <= WienerFilter.greatestDimension ? linearEstimate() : nil
            return try deviations.map { deviation in
                let noised = noised(deviation)
                var found = Baselines(identity: DenoisingErrors.squares(noised, clean))
                if !shape.isVector {
                    let filter = bestFilter(deviation)
                    let smoothed = filter.apply(noised)
                    (found.width, found.filter) = (filter.width, DenoisingErrors.squares(smoothed, clean))
                    found.filtered = smoothed.rows(0..<shown).values
                }
                if let estimate = try wiener?.apply(noised, deviation: deviation) {
                    found.wiener = DenoisingErrors.squares(estimate, clean)
                    found.linear = estimate.rows(0..<shown).values
                }
                return found
            }
        }
    }

    private func linearEstimate() -> WienerFilter {
        let first = others.lowerBound
        return WienerFilter(rows: min(others.count, WienerFilter.rowLimit), dimension: clean.columns) {
            training.read(first + $0.lowerBound..<first + $0.upperBound)
        }
    }

    private func bestFilter(_ deviation: Float) -> GaussianFilter {
        let rows = training.read(others.prefix(Self.tuningRows))
        let noised = Self.noise(rows.rows, rows.columns, Numbers.tuning, 0)
        noised.combine(rows, noised) { $0 + deviation * $1 }
        return GaussianFilter.best(for: noised, clean: rows, shape: shape)
    }

    // MARK: estimates of a model

    /// The squared errors of each row of the three estimates, and the first rows' estimates where this rank made them.
    package struct ModelErrors {
        package var score: [Double] = []
        package var descent: [Double] = []
        package var posterior: [Double] = []
        package var shown: (score: Matrix, descent: Matrix, posterior: Matrix)?
    }

    /// Collective. Tiles of rows are dealt to the ranks.
    /// - Parameters:
    ///   - level: the place of σ in the list of levels.
    ///   - noisedEnergy: the energy that the formula of the score takes; `cleanEnergy`: that of the posterior.
    package func errors(
        _ deviation: Float, level: Int, noisedEnergy: some Potential, cleanEnergy: some Potential, _ communicator: any Communicator
    ) throws(Failure) -> ModelErrors {
        var found = ModelErrors()
        let squares = try DealtTiles.rows(clean.rows, perTile: Self.rowsPerTile, columns: 3, communicator) { part in
            let tile = part.lowerBound / Self.rowsPerTile
            let (noised, truth) = (noised(tile, deviation), clean.rows(part))
            let score = estimates(noisedEnergy, deviation).score(noised)
            let (descent, posterior) = estimates(cleanEnergy, deviation).posterior(
                noised, numbers: Self.chainNumbers, step: Numbers.chains + level, index: tile)
            if tile == 0 { found.shown = (score, descent, posterior) }
            let own = [score, descent, posterior].map { DenoisingErrors.squares($0, truth) }
            return part.indices.map { row in own.map { $0[row - part.lowerBound] } }
        }
        (found.score, found.descent, found.posterior) = (squares.map { $0[0] }, squares.map { $0[1] }, squares.map { $0[2] })
        return found
    }

    private func estimates<P: Potential>(_ potential: P, _ deviation: Float) -> PosteriorEstimates<P> {
        PosteriorEstimates(base: potential, inverseTemperature: inverseTemperature, deviation: deviation, steps: steps)
    }

    /// Ratios of several estimates by their squared errors of each row, with intervals over resamples of the rows, the same for all.
    /// - Parameter squares: nil for an estimate that there is not.
    package func ratios(_ squares: [[Double]?]) -> [Estimate?] {
        let known = squares.compactMap { $0 }
        let terms = (0..<clean.rows).map { row in known.map { $0[row] } }
        var found = Bootstrap().estimates(ofSums: terms) { sums in
            sums.map { DenoisingErrors.ratio(total: $0, count: clean.count, peak: peak) }
        }[...]
        return squares.map { $0 == nil ? nil : found.removeFirst() }
    }

    /// The first of the noised rows.
    package func firstNoised(_ count: Int, _ deviation: Float) -> Matrix { noised(0, deviation).rows(0..<count) }
}
