import Failures
import Formats
import Numerics

extension Dataset {
    /// The digits that the program carries: 1,797 handwritten digits, 8 x 8 gray values from 0 to 16, with their labels.
    ///
    /// The test set of "Optical Recognition of Handwritten Digits" (E. Alpaydin, C. Kaynak, UCI Machine Learning Repository, 1998,
    /// doi:10.24432/C50P49), as scikit-learn ships it; licence: Resources/LICENSE.digits.
    public static func digits() throws(Failure) -> Dataset {
        let text = try FileBytes.decompress(PackageResources.digits_csv_gz, name: "digits")
        let table = try CSVTable(decoding: text, name: "digits")
        var pixels: [UInt8] = []
        var labels: [Int32] = []
        pixels.reserveCapacity(table.rows * 64)
        for row in 0..<table.rows {
            let values = table.values[(row * 65)..<(row * 65 + 65)]
            pixels.append(contentsOf: values.dropLast().map { UInt8($0) })
            labels.append(Int32(values.last!))
        }
        return try Dataset(
            name: "digits", shape: ImageShape(height: 8, width: 8, channels: 1), values: .levels(pixels, levels: 17), labels: labels)
    }
}
