extension Dataset {
    /// The same rows with their columns taken as a model has learned them: one of an earlier version took whole numbers for any others.
    public func taken(as learned: RowPreparation) -> Dataset {
        var rows = self
        rows.table.columns = learned.table
        return rows
    }
}
