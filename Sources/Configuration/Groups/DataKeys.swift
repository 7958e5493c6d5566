import Datasets
import Formats

extension CSVTable.Separator: Choice {}

extension DataMemory: Choice {}

extension LabelColumn: KeyValue {
    public static func rule(_: Anything) -> ConfigurationKey.Rule { .text }
    public var json: JSONValue { .string(word) }
}

extension RunConfiguration {
    /// Where the data rows come from and how they are prepared.
    public struct Data: KeyGroup {
        static let needs = ObjectiveKind.needOfRows

        @Key(
            "digits, 25gaussians, 8gaussians, rings, moons, pinwheel, swissroll, 2spirals, checkerboard, or the path of a file or folder",
            .text, later: .place)
        public var source = "digits"
        @Key("whole-number data: the lowest level becomes this", .value) public var low = -1.0
        @Key("whole-number data: the highest level becomes this", .value) public var high = 1.0
        @Key(
            "add uniform noise of one level to whole-number values, and to columns of tables that are no numbers, new at every step (whole numbers of tables always have it); null: where there are such; false: "
                + "energyDiscrepancy and nce learn such columns as the finitely many values that they are",
            formerly: "data.dequantise")
        public var dequantize: Bool? = nil
        @Key("standard deviation of the Gaussian noise added to every data row, new at every step", .deviation) public var noise = 0.03
        @Key("images: mirror left and right with probability 1/2") public var flip = false
        @Key(
            "tables: scales of columns other than data.standardize, such as flux=log or, for all numbers, quantile: none, standard, log, quantile",
            bindsAtDefault: false)
        public var scale: [String] = []
        @Key("float data: shift and scale every column to mean 0 and deviation 1", formerly: "data.standardise")
        public var standardize = false
        @Key(
            "rows that are not trained on, for measures: a share of the data, or the path of a file of them; null: none", later: .place,
            bindsAtDefault: false)
        public var validation: HeldOut? = nil
        @Key(
            "tables: a share of the rows that is neither trained on nor looked at in training, for evaluate; null: none", .insideUnit,
            bindsAtDefault: false)
        public var test: Double? = nil
        @Key("tables: the column that says what a row is for, train, validation or test; null: none", .text, bindsAtDefault: false)
        public var split: String? = nil
        @Key(
            "tables: the rows that are learned, by what columns hold, such as class=g or class=g|h; []: all", bindsAtDefault: false)
        public var rows: [String] = []
        @Key("tables: the column that says how much a row counts; null: all alike", .text, bindsAtDefault: false)
        public var weight: String? = nil
        @Key(
            "tables: what columns are taken as where that is not what they seem, such as year=category, hour=cyclic:24, size=ordered:S<M<L, "
                + "flag=bit, mass=number, age=whole, id=none", bindsAtDefault: false)
        public var kinds: [String] = []
        @Key("tables: the columns that are read, by their names, in this order; []: all") public var columns: [String] = []
        @Key(
            "which value of a row is its label and no part of it: none, first, last, the name of a column, or of an array beside the rows (HDF5, .npz)"
        )
        public var labelColumn = LabelColumn.none
        // How a file is read may change: a run is bound to what was read.
        @Key("HDF5 and .npz: the arrays that are read, side by side; []: the only one", later: .free) public var array: [String] = []
        @Key("rows that are images: [height, width] or [channels, height, width]; []: as the file says", 1...1 << 20, later: .free)
        public var shape: [Int] = []
        @Key(
            "folders of pictures: [height, width] that all are cut and scaled to; []: their own, which must agree", 1...1 << 13,
            later: .free)
        public var size: [Int] = []
        @Key("CSV: what stands between the fields; null: found in the first two lines", later: .free)
        public var separator: CSVTable.Separator? = nil
        @Key("CSV: whether the first line names the columns; null: when it holds no number, or counts 0, 1, 2, ...", later: .free)
        public var header: Bool? = nil
        @Key(
            "where the rows stand: rank, in every rank; node, one copy for all ranks of a node; file, read from it when they are wanted; automatic: by format and size",
            later: .free)
        public var memory = DataMemory.automatic
        @Key("GiB of the data in memory, after decompression; larger files are refused", .positive, later: .free) public var limit = 8.0
    }
}
