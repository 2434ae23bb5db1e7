"""The prices on demand of Linux machines in a price file of EC2, as one reads them in Python.

    python benchmarks/peers/readers.py json|pandas|pandas-columns|polars FILE

Prints how many there are, and their sum.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

WANTED = {
    "Product Family": "Compute Instance",
    "Tenancy": "Shared",
    "Operating System": "Linux",
    "CapacityStatus": "Used",
    "Pre Installed S/W": "NA",
}
COLUMNS = ["TermType", "Instance Type", "Region Code", "Unit", "PricePerUnit", *WANTED]
LINES_BEFORE_HEADER = 5


def read_json(file: str) -> Iterator[float]:
    import json

    with open(file, "rb") as text:
        offers = json.load(text)
    for sku, product in offers["products"].items():
        a = product["attributes"]
        if (
            product["productFamily"] == "Compute Instance"
            and a["tenancy"] == "Shared"
            and a["operatingSystem"] == "Linux"
            and a["capacitystatus"] == "Used"
            and a["preInstalledSw"] == "NA"
        ):
            for term in offers["terms"]["OnDemand"].get(sku, {}).values():
                for dimension in term["priceDimensions"].values():
                    yield float(dimension["pricePerUnit"]["USD"])


def read_pandas(file: str, columns: list[str] | None) -> list[float]:
    import pandas

    rows = pandas.read_csv(
        file, skiprows=LINES_BEFORE_HEADER, usecols=columns, low_memory=False, keep_default_na=False
    )
    mask = rows["TermType"] == "OnDemand"
    for column, value in WANTED.items():
        mask &= rows[column] == value
    return rows.loc[mask, "PricePerUnit"].astype(float).tolist()


def read_polars(file: str) -> list[float]:
    import polars
    from polars import col

    rows = polars.scan_csv(file, skip_rows=LINES_BEFORE_HEADER, infer_schema=False)
    wanted = [col("TermType") == "OnDemand", *(col(c) == v for c, v in WANTED.items())]
    prices = rows.filter(wanted).select(col("PricePerUnit").cast(polars.Float64))
    return prices.collect().to_series().to_list()


def main() -> None:
    how, file = sys.argv[1:3]
    if how == "json":
        prices = list(read_json(file))
    elif how == "polars":
        prices = read_polars(file)
    else:
        prices = read_pandas(file, COLUMNS if how == "pandas-columns" else None)
    print(len(prices), round(sum(prices), 4))


if __name__ == "__main__":
    main()
