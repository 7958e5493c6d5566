/// What the program is and what it was built with.
public enum BuildInformation {
    public static let version = "ebm-dist 0.1.0"
}
