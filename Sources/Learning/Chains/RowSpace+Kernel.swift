import Datasets
import Sampling

extension RowSpace {
    /// What moves states: a kernel of numbers, and in turn with it moves of the sites, at the temperature of the numbers.
    ///
    /// Of a kernel without noise it is 0, where sites take their best value: the least temperature that floats have.
    func kernel(ofNumbers numbers: any TransitionKernel) -> any TransitionKernel {
        guard !sites.isEmpty else { return numbers }
        let gibbs = Gibbs(sites: sites.map(\.site), temperature: max(numbers.temperature, .leastNormalMagnitude))
        return sitesWithGaps.isEmpty ? inTurn(gibbs, numbers) : inTurn(SiteMoves(gibbs, self), numbers)
    }

    private func inTurn(_ sites: some TransitionKernel, _ numbers: some TransitionKernel) -> any TransitionKernel {
        columnsOfNumbers.isEmpty ? sites : SitesAndNumbers(sites: sites, numbers: numbers, columns: columnsOfNumbers)
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
