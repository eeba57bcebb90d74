"""The loop closed, on real data: does reviewing what a rule keeps beat reviewing at random?"""
