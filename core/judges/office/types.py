"""Types of parts and of relationships that an office file may have: all others are refused."""

_FORMAT = "application/vnd.openxmlformats-officedocument."
MAIN_TYPES = {
    f"{_FORMAT}wordprocessingml.document.main+xml": "docx",
    f"{_FORMAT}spreadsheetml.sheet.main+xml": "xlsx",
    "application/vnd.ms-word.document.macroenabled.main+xml": "docm",
    "application/vnd.ms-excel.sheet.macroenabled.main+xml": "xlsm",
}
PACKAGES = {  # whole office files inside of one: a chart's own table
    f"{_FORMAT}wordprocessingml.document",
    f"{_FORMAT}spreadsheetml.sheet",
}
_WORD = (
    "comments commentsExtended commentsExtensible commentsIds document.glossary document.main"
    " endnotes fontTable footer footnotes header numbering people settings styles"
    " stylesWithEffects webSettings"
)
_EXCEL = (
    "calcChain chartsheet comments dialogsheet pivotCacheDefinition pivotCacheRecords pivotTable"
    " revisionHeaders revisionLog sharedStrings sheet.main sheetMetadata styles table"
    " tableSingleCells userNames volatileDependencies worksheet"
)
_DRAWING = "chart chartshapes diagramColors diagramData diagramLayout diagramStyle"
_MICROSOFT = (
    "vnd.ms-excel.controlproperties vnd.ms-excel.featurepropertybag vnd.ms-excel.person"
    " vnd.ms-excel.rdarray"
    " vnd.ms-excel.rdrichvalue vnd.ms-excel.rdrichvaluestructure vnd.ms-excel.rdrichvaluetypes"
    " vnd.ms-excel.richstyles vnd.ms-excel.richvaluerel vnd.ms-excel.slicer"
    " vnd.ms-excel.slicercache vnd.ms-excel.supportingpropertybag"
    " vnd.ms-excel.supportingpropertybagstructure vnd.ms-excel.threadedcomments"
    " vnd.ms-excel.timeline vnd.ms-excel.timelinecache vnd.ms-office.chartcolorstyle"
    " vnd.ms-office.chartex vnd.ms-office.chartstyle vnd.ms-office.classificationlabels"
    " vnd.ms-office.drawingml.diagramdrawing vnd.ms-word.keymapcustomizations"
    " vnd.ms-word.styleswitheffects vnd.openxmlformats-package.core-properties"
    " vnd.openxmlformats-package.digital-signature-xmlsignature"
)
PART_TYPES = {
    *MAIN_TYPES,
    *(f"{_FORMAT}wordprocessingml.{name}+xml".lower() for name in _WORD.split()),
    *(f"{_FORMAT}spreadsheetml.{name}+xml".lower() for name in _EXCEL.split()),
    *(f"{_FORMAT}drawingml.{name}+xml".lower() for name in _DRAWING.split()),
    *(f"application/{name}+xml" for name in _MICROSOFT.split()),
    *(
        f"{_FORMAT}{name}".lower()
        for name in (
            "custom-properties+xml", "customXmlProperties+xml", "drawing+xml",
            "extended-properties+xml", "obfuscatedFont", "spreadsheetml.customProperty",
            "spreadsheetml.printerSettings", "theme+xml", "themeOverride+xml", "vmlDrawing",
            "wordprocessingml.printerSettings",
        )
    ),
    "application/inkml+xml", "application/vnd.openxmlformats-package.digital-signature-certificate",
    "application/vnd.openxmlformats-package.digital-signature-origin",
    "application/vnd.openxmlformats-package.relationships+xml", "application/x-font-ttf",
    "application/x-fontdata", "application/xml", "text/xml",
    "application/binary",  # Google keeps its settings of a workbook so
    "image/bmp", "image/emf", "image/gif", "image/jpeg", "image/jpg", "image/pjpeg", "image/png",
    "image/svg+xml", "image/tiff", "image/vnd.ms-photo", "image/wmf", "image/x-emf",
    "image/x-png", "image/x-wmf",
}  # fmt: skip
# By the last word of their type, which is the same in all namespaces of the format.
RELATIONS = set(
    "calcchain certificate chart chartcolorstyle chartex chartsheet chartstyle chartusershapes"
    " classificationlabels comments commentsextended commentsextensible commentsids"
    " core-properties ctrlprop custom-properties customproperties customproperty customxml customxmldata"
    " customxmlprops diagramcolors diagramdata diagramdrawing diagramlayout diagramquickstyle"
    " dialogsheet drawing endnotes extended-properties extendedproperties featurepropertybag font"
    " fonttable footer footnotes"
    " glossarydocument hdphoto header hyperlink image ink keymapcustomizations"
    " numbering officedocument origin package people person pivotcachedefinition"
    " pivotcacherecords pivottable printersettings rdarray rdrichvalue rdrichvaluestructure"
    " rdrichvaluetypes revisionheaders revisionlog richstyles richvaluerel settings sharedstrings"
    " sheetmetadata signature slicer slicercache styles styleswitheffects supportingpropertybag"
    " supportingpropertybagstructure table tablesinglecells theme themeoverride threadedcomment"
    " thumbnail timeline timelinecache usernames vmldrawing volatiledependencies websettings"
    " workbookmetadata worksheet xmlmaps".split()
)

# What to call a part or relationship that is not among those above, by a word in its type or name.
_CODES = (
    ("vba", "macro"),
    ("macro", "macro"),
    ("attachedtoolbars", "macro"),
    ("extensibility", "macro"),
    ("activex", "embedded"),
    ("control", "embedded"),
    ("oleobject", "embedded"),
    ("embeddings", "embedded"),
    ("package", "embedded"),
    ("afchunk", "embedded"),
    ("html", "embedded"),
    ("rtf", "embedded"),
    ("externallink", "link"),
    ("connection", "link"),
    ("querytable", "link"),
    ("mailmerge", "link"),
)


def refusal_of(*words: str) -> str:
    """Return the code for a part that is not taken, by its type and its name."""
    text = " ".join(words).lower()
    return next((code for word, code in _CODES if word in text), "part")
