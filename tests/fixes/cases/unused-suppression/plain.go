package unusedsuppressionplain

// dogpile: allow leaked-lock -- nothing here leaks
func One() {}

// dogpile: allow leaked-lock, constant-token -- nothing here at all
func Two() {
	Three() // dogpile: allow non-atomic-release -- gone since
}

func Three() {}
