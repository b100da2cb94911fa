"""A page whose program and data come out of this repository."""
import csv
import os
import pathlib

import streamlit as st

st.title(os.environ["TITLE"])
kilos = st.slider("Kilograms", 1, 10, 2)
with open(pathlib.Path(__file__).with_name("prices.csv"), newline="") as prices:
    for row in csv.DictReader(prices):
        st.write(f"{kilos} kg of {row['fruit']} cost {kilos * float(row['price']):.2f}")
