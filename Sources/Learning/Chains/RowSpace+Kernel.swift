import Datasets
import Sampling

extension RowSpace {
    /// What moves states: a kernel of their sites in turn with one of their numbers, or the one of them that has something to move. Beside Gibbs sampling gaps that
    /// rows have together move together (`SiteMoves`).
    package func kernel(ofSites sites: some TransitionKernel, numbers: some TransitionKernel) -> any TransitionKernel {
        guard !self.sites.isEmpty else { return numbers }
        if let gibbs = sites as? Gibbs, !sitesWithGaps.isEmpty { return inTurn(SiteMoves(gibbs, self), numbers) }
        return inTurn(sites, numbers)
    }

    private func inTurn(_ sites: some TransitionKernel, _ numbers: some TransitionKernel) -> any TransitionKernel {
        columnsOfNumbers.isEmpty ? sites : SitesAndNumbers(sites: sites, numbers: numbers, columns: columnsOfNumbers)
    }
}
