import Numerics

/// What the values of a tensor are before training.
enum InitialValues: Hashable, Sendable {
    /// Uniform in ±scale/√fanIn, with the number of inputs of one output.
    case uniform(fanIn: Int)
    case standardNormal
    case constant(Float)

    func values(_ count: Int, _ stream: RandomStream, scale: Float) -> [Float] {
        let values = Matrix(rows: 1, columns: count)
        switch self {
        case .uniform(let fanIn):
            stream.fillUniforms(values)
            let bound = scale / Float(fanIn).squareRoot()
            return values.values.map { bound * (2 * $0 - 1) }
        case .standardNormal:
            stream.fillNormals(values)
        case .constant(let value):
            values.fill(value)
        }
        return values.values
    }
}
