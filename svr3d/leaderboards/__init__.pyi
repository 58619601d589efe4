from .board import comparisons as comparisons
from .board import leaderboard as leaderboard
from .given import given_text as given_text
from .grid import picture_grid as picture_grid
from .records import load_records as load_records
from .records import write_records as write_records
from .writing import write_leaderboard as write_leaderboard
