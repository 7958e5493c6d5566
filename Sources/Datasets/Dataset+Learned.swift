extension Dataset {
    /// The same rows with their columns taken as a model has learned them: one of an earlier version took whole numbers for any others.
    public func taken(as learned: RowPreparation) -> Dataset {
        var rows = self
        rows.table.columns = learned.table
        return rows
    }

    /// The same rows as models took them whose files do not say how: all of those are of a version without whole numbers.
    public var takenWithoutWhole: Dataset {
        var rows = self
        rows.table.columns = table.columns?.bound
        return rows
    }
}
