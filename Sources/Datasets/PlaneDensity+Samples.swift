import Numerics

extension PlaneDensity {
    /// Fills a matrix (rows x 2) with independent exact samples.
    ///
    /// Row r is made of draws r % 64 of groups 4g to 4g + 3, g = r / 64, of the stream: a pure function of the stream and r, whatever the
    /// number of rows. Two uniform numbers choose a component and a place in it, two normal numbers are the noise.
    public func fillSamples(_ points: Matrix, from stream: RandomStream) {
        precondition(points.columns == 2, "points of the plane have 2 coordinates, not \(points.columns)")
        for first in stride(from: 0, to: points.rows, by: 64) {
            let group = first / 16
            let component = stream.uniforms(group: group)
            let place = stream.uniforms(group: group + 1)
            let n = stream.normals(group: group + 2)
            let m = stream.normals(group: group + 3)
            store(sample(component.0, place.0, n.0, m.0), points, first)
            store(sample(component.1, place.1, n.1, m.1), points, first + 16)
            store(sample(component.2, place.2, n.2, m.2), points, first + 32)
            store(sample(component.3, place.3, n.3, m.3), points, first + 48)
        }
    }

    private func store(_ sample: (x: SIMD16<Float>, y: SIMD16<Float>), _ points: Matrix, _ first: Int) {
        for lane in 0..<max(0, min(16, points.rows - first)) {
            points[first + lane, 0] = sample.x[lane]
            points[first + lane, 1] = sample.y[lane]
        }
    }

    /// Sixteen samples from uniform numbers u, v and normal numbers n, m.
    private func sample(
        _ u: SIMD16<Float>, _ v: SIMD16<Float>, _ n: SIMD16<Float>, _ m: SIMD16<Float>
    ) -> (x: SIMD16<Float>, y: SIMD16<Float>) {
        switch kind {
        case .gaussians25: GaussianGrid.sample(u, n, m)
        case .gaussians8: GaussianRing.sample(u, n, m)
        case .rings: Rings.sample(u, v, n, m)
        case .moons: Moons.sample(u, v, n, m)
        case .pinwheel: Pinwheel.sample(u, n, m)
        case .swissRoll: SwissRoll.sample(v, n, m)
        case .spirals: Spirals.sample(u, v, n, m)
        case .checkerboard: Checkerboard.sample(u, v)
        }
    }
}

private typealias Lanes = SIMD16<Float>
private typealias Points = (x: SIMD16<Float>, y: SIMD16<Float>)

/// ⌊count u⌋, at most count - 1.
private func choice(_ u: Lanes, of count: Float) -> Lanes {
    let chosen = (u * count).rounded(.down)
    return chosen.replacing(with: count - 1, where: chosen .>= count)
}

extension GaussianGrid {
    fileprivate static func sample(_ u: Lanes, _ n: Lanes, _ m: Lanes) -> Points {
        let component = choice(u, of: 25)
        let column = ((component + 0.5) * 0.2).rounded(.down)
        let row = component - 5 * column
        return ((2 * column - 4 + 0.2 * n) / Float(divisor), (2 * row - 4 + 0.2 * m) / Float(divisor))
    }
}

extension GaussianRing {
    fileprivate static func sample(_ u: Lanes, _ n: Lanes, _ m: Lanes) -> Points {
        let angle = choice(u, of: 8) * Float(Double.pi / 4)
        return (
            Float(radius) * VectorMath.cos(angle) + Float(deviation) * n, Float(radius) * VectorMath.sin(angle) + Float(deviation) * m
        )
    }
}

extension Rings {
    fileprivate static func sample(_ u: Lanes, _ v: Lanes, _ n: Lanes, _ m: Lanes) -> Points {
        let radius = choice(u, of: 4) + 1
        let angle = v * Float(2 * Double.pi)
        return (radius * VectorMath.cos(angle) + Float(deviation) * n, radius * VectorMath.sin(angle) + Float(deviation) * m)
    }
}

extension Moons {
    fileprivate static func sample(_ u: Lanes, _ v: Lanes, _ n: Lanes, _ m: Lanes) -> Points {
        let angle = v * Float(Double.pi)
        let (x, y) = (VectorMath.cos(angle), VectorMath.sin(angle))
        let inner = u .>= 0.5
        let (a, b) = (x.replacing(with: 1 - x, where: inner), y.replacing(with: 0.5 - y, where: inner))
        return (a + Float(deviation) * n, b + Float(deviation) * m)
    }
}

extension SwissRoll {
    fileprivate static func sample(_ v: Lanes, _ n: Lanes, _ m: Lanes) -> Points {
        let t = (1 + 2 * v) * Float(1.5 * Double.pi)
        let radius = t / 5
        return (radius * VectorMath.cos(t) + Float(deviation) * n, radius * VectorMath.sin(t) + Float(deviation) * m)
    }
}

extension Spirals {
    fileprivate static func sample(_ u: Lanes, _ v: Lanes, _ n: Lanes, _ m: Lanes) -> Points {
        let t = v.squareRoot() * Float(turn)
        let radius = (t / 3).replacing(with: t / -3, where: u .>= 0.5)
        return (Float(deviation) * n - radius * VectorMath.cos(t), Float(deviation) * m + radius * VectorMath.sin(t))
    }
}

extension Pinwheel {
    fileprivate static func sample(_ u: Lanes, _ n: Lanes, _ m: Lanes) -> Points {
        let f = 1 + Float(radialDeviation) * n
        let g = Float(tangentialDeviation) * m
        let radius = (f * f + g * g).squareRoot()
        let angle = choice(u, of: Float(blades)) * Float(2 * Double.pi / Double(blades)) + Float(rate) * VectorMath.exp(radius)
        let (c, s) = (VectorMath.cos(angle), VectorMath.sin(angle))
        return (Float(scale) * (f * c + g * s), Float(scale) * (g * c - f * s))
    }
}

extension Checkerboard {
    fileprivate static func sample(_ u: Lanes, _ v: Lanes) -> Points {
        let x = 8 * u - 4
        // The column, of width 2, is even or odd; in it two squares are dark, at heights -4 and 0, or -2 and 2.
        let column = (0.5 * x).rounded(.down)
        let odd = column - 2 * (0.5 * column).rounded(.down)
        let square = choice(v, of: 2)
        // Nearer to 1, the sum below could round up into the light square above.
        let greatest: Float = 1 - 0x1p-22
        let within = (2 * v - square).replacing(with: greatest, where: 2 * v - square .> greatest)
        return (x, (4 * square - 4 + 2 * odd) + 2 * within)
    }
}
