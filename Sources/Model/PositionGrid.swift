/// The positions that a product walks over: `images` times `height` lines of `width`, in as many matrices as it reads or writes.
struct PositionGrid {
    var images = 1
    var height = 1
    var width = 1

    /// Floats from one image, line and position of a matrix to the next.
    struct Steps {
        var image = 0
        var line = 0
        var position = 0
    }

    var count: Int { images * height * width }

    /// Floats from the first position to the last.
    func last(_ steps: Steps) -> Int {
        (images - 1) * steps.image + (height - 1) * steps.line + (width - 1) * steps.position
    }
}

/// Walks over the positions of a grid in two matrices at once, line by line, without a division.
struct GridWalk {
    private let grid: PositionGrid
    private let sources: PositionGrid.Steps
    private let targets: PositionGrid.Steps
    private var (line, position) = (0, 0)
    private(set) var source = 0
    private(set) var target = 0

    init(_ grid: PositionGrid, _ sources: PositionGrid.Steps, _ targets: PositionGrid.Steps) {
        (self.grid, self.sources, self.targets) = (grid, sources, targets)
    }

    @inline(__always)
    mutating func advance() {
        position += 1
        source += sources.position
        target += targets.position
        guard position == grid.width else { return }
        position = 0
        line += 1
        source += sources.line - grid.width * sources.position
        target += targets.line - grid.width * targets.position
        guard line == grid.height else { return }
        line = 0
        source += sources.image - grid.height * sources.line
        target += targets.image - grid.height * targets.line
    }
}
