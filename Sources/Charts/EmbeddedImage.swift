import Failures
import Formats
import Foundation

/// A picture inside of a page.
package struct EmbeddedImage: Sendable {
    package let width: Int
    package let height: Int
    /// A `data:` address.
    package let address: String

    package init(_ picture: Picture) throws(Failure) {
        self.init(png: try picture.png(), width: picture.width, height: picture.height)
    }

    package init(png: [UInt8], width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        address = "data:image/png;base64," + Foundation.Data(png).base64EncodedString()
    }

    /// - Parameter isSharp: whether a pixel stays a square when it is shown larger.
    package func markup(_ description: String, isSharp: Bool = true) -> HTML {
        .void(
            "img",
            ["src": address, "alt": description, "width": "\(width)", "height": "\(height)", "class": isSharp ? "sharp" : "smooth"])
    }
}
