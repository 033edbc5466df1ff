#include "wording_table.h"
#include "wording_rows.h"
