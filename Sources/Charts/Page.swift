/// A whole page in one file: it asks no network for anything.
package struct Page: Sendable {
    private let title: String
    private let body: [HTML]

    package init(_ title: String, _ body: [HTML]) { (self.title, self.body) = (title, body) }

    /// - Parameter library: what makes charts live; nil: they stay static.
    package func text(_ library: DygraphsLibrary? = .embedded) -> String {
        let head = [
            HTML.void("meta", ["charset": "utf-8"]), .void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
            .void("meta", ["name": "color-scheme", "content": "light dark"]), HTML("title", title),
            HTML("style", [.raw(Self.resource(PackageResources.page_css))]),
        ]
        let scripts = library.map { library in
            [
                HTML.raw("<!--\ndygraphs, a part of this page:\n\(library.license.replacing("--", with: "- -"))\n-->"),
                HTML("style", [.raw(library.style)]), HTML("script", [.raw(library.script)]),
            ]
        }
        let page = HTML(
            "html", ["lang": "en"],
            [
                HTML("head", head),
                HTML("body", body + (scripts ?? []) + [HTML("script", [.raw(Self.resource(PackageResources.page_js))])]),
            ])
        return "<!doctype html>\n" + page.markup + "\n"
    }

    private static func resource(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
