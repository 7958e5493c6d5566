import Charts
import Failures
import Formats
import Numerics
import Training

/// The pictures of samples of a run: as many as a page has room for, evenly over the training, the newest among them.
package struct RunPictures {
    private let folder: RunFolder
    /// Pictures that were read, small enough for a page.
    private var read: [Int: EmbeddedImage] = [:]
    private(set) var steps: [Int] = []

    /// Pictures of a page, and bytes of all of them.
    static let (most, mostBytes) = (24, 640 << 10)
    /// Images that stay of a picture of many, and pixels of one that is no grid.
    private static let images = 64

    init(_ folder: RunFolder) { self.folder = folder }

    /// Reads what is new.
    /// - Parameter shape: of a sample; nil where it is not known: pictures stay as they are.
    mutating func update(shape: ImageShape?) throws(Failure) {
        steps = try folder.sampleSteps()
        var chosen = Self.chosen(of: steps, most: Self.most)
        for step in chosen where read[step] == nil {
            // A picture that cannot be read is left out: the page has others.
            do throws(Failure) { read[step] = try Self.image(folder.sample(step), shape) } catch { chosen.removeAll { $0 == step } }
        }
        read = read.filter { chosen.contains($0.key) }
    }

    /// The first, the last, and every 2^k-th picture between: those of a longer training are among those of a shorter one.
    package static func chosen(of steps: [Int], most: Int) -> [Int] {
        guard let last = steps.last else { return [] }
        var every = 1
        while (steps.count + every - 1) / every > most - 1 { every *= 2 }
        let even = stride(from: 0, to: steps.count, by: every).map { steps[$0] }
        return even.last == last ? even : even + [last]
    }

    /// In order, within the room of a page.
    var frames: [(step: Int, image: EmbeddedImage)] {
        var steps = read.keys.sorted()
        while steps.count > 2, steps.reduce(0, { $0 + (read[$1]?.address.utf8.count ?? 0) }) > Self.mostBytes {
            steps = steps.enumerated().filter { $0.offset % 2 == 0 || $0.offset == steps.count - 1 }.map(\.element)
        }
        return steps.compactMap { step in read[step].map { (step, $0) } }
    }

    private static func image(_ path: String, _ shape: ImageShape?) throws(Failure) -> EmbeddedImage {
        let bytes = try FileBytes.read(path, limit: 1 << 26)
        let picture = try Picture(png: bytes, name: path)
        guard let shape, !shape.isVector, let small = ImageGrid.reduced(picture, height: shape.height, width: shape.width, most: images)
        else {
            return EmbeddedImage(png: bytes, width: picture.width, height: picture.height)
        }
        return try EmbeddedImage(small)
    }
}
