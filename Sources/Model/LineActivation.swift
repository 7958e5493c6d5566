import Numerics

/// An activation on a truncated Taylor series: forward into `values`, or backward in place of `gradients`.
struct LineActivation: KernelUser {
    /// a, a' and, for order 2, a''.
    let arguments: [Matrix]
    let values: [Matrix]?
    /// With respect to the values; replaced by those with respect to the arguments.
    let gradients: [Matrix]?

    func run(_ activation: Activation) { Activation?.some(activation).withKernel(self) }

    func use<Kernel: ActivationKernel>(_ kernel: Kernel) {
        if let values { forward(kernel, values) }
        if let gradients { backward(kernel, gradients) }
    }

    private func forward<Kernel: ActivationKernel>(_ kernel: Kernel, _ values: [Matrix]) {
        let hasSecond = arguments.count == 3
        let (z, z1, z2) = (values[0], values[1], values[hasSecond ? 2 : 1])
        forEachPart { part, a, a1, a2 in
            let d = kernel.derivatives(a)
            part.store(kernel.value(a), in: z)
            part.store(d.first * a1, in: z1)
            if hasSecond { part.store(d.first * a2 + d.second * a1 * a1, in: z2) }
        }
    }

    // With gradients g, g', g'' of z, z', z'':
    // of a'' it is f' g''; of a' it is f' g' + 2 f'' a' g''; of a it is f' g + f'' a' g' + (f'' a'' + f(3) a'²) g''.
    private func backward<Kernel: ActivationKernel>(_ kernel: Kernel, _ gradients: [Matrix]) {
        let hasSecond = arguments.count == 3
        let (first, second, third) = (gradients[0], gradients[1], gradients[hasSecond ? 2 : 1])
        forEachPart { part, a, a1, a2 in
            let d = kernel.derivatives(a)
            let (g, g1) = (part.load(first), part.load(second))
            var (b, b1) = (d.first * g + d.second * a1 * g1, d.first * g1)
            if hasSecond {
                let g2 = part.load(third)
                b += (d.second * a2 + d.third * a1 * a1) * g2
                b1 += 2 * d.second * a1 * g2
                part.store(d.first * g2, in: third)
            }
            part.store(b, in: first)
            part.store(b1, in: second)
        }
    }

    /// Sixteen values at a time, the rest at the end.
    @inline(__always)
    private func forEachPart(_ body: (Part, _ a: Lanes, _ a1: Lanes, _ a2: Lanes) -> Void) {
        let count = arguments[0].count
        for start in stride(from: 0, to: count, by: 16) {
            let part = Part(start: start, count: min(16, count - start))
            body(part, part.load(arguments[0]), part.load(arguments[1]), arguments.count == 3 ? part.load(arguments[2]) : .zero)
        }
    }

    /// Up to sixteen neighbouring values of matrices.
    struct Part {
        let start: Int
        let count: Int

        @inline(__always) func load(_ matrix: Matrix) -> Lanes {
            withExtendedLifetime(matrix.storage) {
                unsafe count == 16
                    ? Lanes(loading: UnsafePointer(matrix.base) + start) : Lanes(loading: UnsafePointer(matrix.base) + start, count: count)
            }
        }

        @inline(__always) func store(_ lanes: Lanes, in matrix: Matrix) {
            withExtendedLifetime(matrix.storage) {
                if count == 16 {
                    unsafe lanes.store(to: matrix.base + start)
                } else {
                    unsafe lanes.store(to: matrix.base + start, count: count)
                }
            }
        }
    }
}
