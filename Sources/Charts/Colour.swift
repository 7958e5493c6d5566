/// The colours of series: what they stand for is the same in every chart of a page.
package enum Colour: Int, Sendable, CaseIterable {
    case data = 1, samples, heldOut, noise, fifth, sixth, seventh, eighth

    /// The class of the style sheet.
    package var name: String { "c\(rawValue)" }

    /// For series that have no colour of their own.
    package static func numbered(_ number: Int) -> Colour { allCases[number % allCases.count] }
}
