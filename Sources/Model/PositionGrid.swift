/// The positions that a product walks over: `images` times `height` lines of `width`, in as many matrices as it reads or writes.
struct PositionGrid {
    var images = 1
    var height = 1
    var width = 1

    /// Values from one image, line and position of a matrix to the next.
    struct Steps {
        var image = 0
        var line = 0
        var position = 0
    }

    var count: Int { images * height * width }

    /// Values from the first position to the last.
    func last(_ steps: Steps) -> Int {
        (images - 1) * steps.image + (height - 1) * steps.line + (width - 1) * steps.position
    }
}
