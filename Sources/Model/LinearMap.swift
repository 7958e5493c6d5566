import Numerics

/// The linear part of a layer, y = x Wᵀ on patches of x, or the transpose of such a map, with W as it stands in the flat parameter vector.
///
/// All that a layer needs, and its derivatives of any order, is made of these three: the map, its transpose, and the gradient
/// with respect to W, which is bilinear in x and in the gradient of the output. `epilogue` runs over each part of the result while
/// it is in registers or cache; how a map computes its product, and which copies of the weights it keeps, is its own business.
protocol LinearMap: Sendable {
    /// Values of one output position, each with a bias of its own.
    var outputs: Int { get }
    var weightShape: WeightShape { get }
    /// Output positions of one sample: 1 for a dense layer, pixels for a convolution.
    var positions: Int { get }
    /// Multiplications for one sample; the padding of images counts as if it were data.
    var multiplications: Int { get }
    /// Those of the map and of its transpose that go by pairs where half precision is asked for.
    var pairedMultiplications: (forward: Int, backward: Int) { get }

    /// Floats of the copies of W that the products read, or words in their place.
    func preparedCount(_ precision: PassPrecision) -> Int
    /// Fills the copies; they are zero the first time and keep what was written.
    func prepare(_ weights: Matrix, into copies: WeightCopies)

    /// Floats of scratch that the functions below need for so many samples, in any precision.
    func scratchCount(rows: Int) -> Int

    /// y = x Wᵀ. x: rows x (inputs of a sample), y: (rows · positions) x outputs.
    func apply(_ x: Matrix, _ copies: WeightCopies, scratch: Matrix, into y: Matrix, _ epilogue: Epilogue)

    /// gradient = delta W, scattered back to the input. delta: (rows · positions) x outputs, gradient: rows x (inputs of a sample).
    /// The epilogue counts samples as rows.
    func applyTranspose(_ delta: Matrix, _ copies: WeightCopies, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue)

    /// gradient += deltaᵀ x on patches of x. gradient: in the shape of W.
    func addWeightGradient(_ x: Matrix, _ delta: Matrix, scratch: Matrix, into gradient: Matrix)
}

extension LinearMap {
    var pairedMultiplications: (forward: Int, backward: Int) { (multiplications, multiplications) }
}

/// Rows and columns of the weights of a linear map.
struct WeightShape {
    let rows: Int
    let columns: Int
}
