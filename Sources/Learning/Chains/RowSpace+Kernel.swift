import Datasets
import Sampling

extension RowSpace {
    /// What moves states: a kernel of numbers, and in turn with it Gibbs sampling of the sites, at the temperature of the numbers.
    ///
    /// Of a kernel without noise it is 0, where sites take their best value: the least temperature that floats have.
    func kernel(ofNumbers numbers: any TransitionKernel) -> any TransitionKernel {
        guard !sites.isEmpty else { return numbers }
        let ofSites = Gibbs(sites: sites.map(\.site), temperature: max(numbers.temperature, .leastNormalMagnitude))
        return columnsOfNumbers.isEmpty ? ofSites : Self.inTurn(ofSites, numbers, columnsOfNumbers)
    }

    private static func inTurn(_ sites: Gibbs, _ numbers: some TransitionKernel, _ columns: [Int]) -> any TransitionKernel {
        SitesAndNumbers(sites: sites, numbers: numbers, columns: columns)
    }

    private var columnsOfNumbers: [Int] {
        parts.flatMap { part -> [Int] in
            switch part {
            case .number(let column): [column]
            case .angle(let first): [first, first + 1]
            case .site, .constant: []
            }
        }
    }
}
