# Reads a workbook with openpyxl and writes what it finds as JSON.
import json, sys, zipfile
import openpyxl

path = sys.argv[1]
book = openpyxl.load_workbook(path)
sheets = []
for ws in book.worksheets:
    cells = {}
    for row in ws.iter_rows():
        for c in row:
            if c.value is not None:
                cells[c.coordinate] = [c.data_type, c.value.isoformat() if c.is_date and hasattr(c.value, "isoformat") else c.value, c.hyperlink.target if c.hyperlink else None, c.number_format]
    sheets.append({
        "name": ws.title, "state": ws.sheet_state, "freeze": ws.freeze_panes, "filter": ws.auto_filter.ref,
        "orientation": ws.page_setup.orientation, "titles": ws.print_title_rows, "area": ",".join(ws.print_area) if isinstance(ws.print_area, list) else str(ws.print_area or ""), "fits": bool(ws.sheet_properties.pageSetUpPr and ws.sheet_properties.pageSetUpPr.fitToPage), "wide": int(ws.page_setup.fitToWidth or 0), "high": int(ws.page_setup.fitToHeight or 0), "scale": ws.page_setup.scale or 0, "paper": int(ws.page_setup.paperSize or 0), "footer": ws.oddFooter.right.text,
        "grid": ws.sheet_view.showGridLines, "comments": sum(1 for r in ws.iter_rows() for c in r if c.comment),
        "hidden": [k for k, d in list(ws.column_dimensions.items()) + list(ws.row_dimensions.items()) if d.hidden],
        "cells": cells,
    })
names = zipfile.ZipFile(path).namelist()
json.dump({"sheets": sheets, "parts": names, "created": book.properties.created.isoformat(), "modified": book.properties.modified.isoformat()}, sys.stdout)
