// bill
