import Formats
import Numerics

extension FileRows {
    /// Images of CIFAR. The labels of CIFAR-100 are its 100 classes, or the 20 superclasses where they are asked for (`data.labelColumn=coarse`).
    init(_ records: CIFARRecords, _ options: LoadingOptions, path: String) {
        let labels = options.label.name == "coarse" ? records.superclasses ?? records.labels : records.labels
        self.init(
            pixels: Dataset.channelsInnermost(records.planes, channels: 3, pixels: CIFARRecords.plane),
            of: ImageShape(height: 32, width: 32, channels: 3), labels: labels.map { Int32($0) }, path: path)
    }
}
