import Numerics

extension RowPreparation {
    private static let rowsPerChunk = 64

    /// The first row of a data set that has none of a site's values, before a stream gives it the nearest one, and what it has there; nil where there is no such row.
    ///
    /// It reads all rows.
    /// - Parameters:
    ///   - dataset: it conforms to these rows.
    ///   - counts: whether the site of a row is looked at.
    public func firstRow(
        of dataset: Dataset, off space: RowSpace, where counts: (_ row: Int, _ site: DiscreteSite) -> Bool = { _, _ in true }
    ) -> (row: Int, site: DiscreteSite, found: [Float])? {
        let sites = space.sites
        for first in stride(from: 0, to: dataset.count, by: Self.rowsPerChunk) {
            let rows = rows(of: dataset, first..<min(dataset.count, first + Self.rowsPerChunk))
            for row in 0..<rows.rows {
                guard let site = sites.first(where: { !$0.isThere(in: rows, row: row) && counts(first + row, $0.site) })?.site else {
                    continue
                }
                return (first + row, site, site.coordinates.map { rows[row, $0] })
            }
        }
        return nil
    }
}
