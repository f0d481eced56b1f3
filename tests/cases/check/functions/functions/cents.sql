round(amnt * 100)
