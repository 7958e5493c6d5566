/// What a stretch of a series is kept as, so that neighbouring stretches can be joined.
package protocol Stretch: Sendable {
    mutating func join(_ later: Self)
}

/// A series of any length in bounded memory: stretches of 2^k values each, joined two by two whenever there are too many.
///
/// The stretches are a function of the series alone: not of when they were looked at, and of no chance.
package struct Thinned<Content: Stretch>: Sendable {
    package private(set) var stretches: [Content] = []
    /// Values of a stretch, and of the last one so far.
    private var (width, filled) = (1, 0)
    private let limit: Int

    /// - Parameter limit: stretches at most; even.
    package init(limit: Int) {
        precondition(limit >= 2 && limit % 2 == 0, "stretches are joined two by two")
        self.limit = limit
    }

    package mutating func append(_ value: Content) {
        if stretches.isEmpty || filled == width {
            stretches.append(value)
            filled = 1
        } else {
            stretches[stretches.count - 1].join(value)
            filled += 1
        }
        if stretches.count > limit { halve() }
    }

    /// There are `limit` full stretches and one more value, which stays by itself.
    private mutating func halve() {
        var joined: [Content] = []
        for first in stride(from: 0, to: stretches.count, by: 2) {
            var stretch = stretches[first]
            if first + 1 < stretches.count { stretch.join(stretches[first + 1]) }
            joined.append(stretch)
        }
        (stretches, width) = (joined, 2 * width)
    }
}
