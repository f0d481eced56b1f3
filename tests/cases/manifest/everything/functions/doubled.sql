{{ config(tags=['math']) }}
x + x
