/// Where the rows of a data set stand while they are used.
public enum DataMemory: String, CaseIterable, Hashable, Codable, Sendable {
    /// In the file where it can be read row by row and the rows are many, else one copy a node where they are some, else in every rank.
    case automatic
    /// In every rank.
    case rank
    /// Once on every node, for all its ranks.
    case node
    /// In the file: rows are read when they are wanted.
    case file

    /// Bytes of rows that are held in memory although their file could be read row by row: reading costs a call of the system a row.
    static let most = 256 << 20
    /// Bytes of rows that every rank of a node has a copy of.
    public static let mostOfRank = 64 << 20
}
