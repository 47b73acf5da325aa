@producer
Feature: Who may read reports

  @DAPI-016 @DAPI-046
  Scenario: Nobody
    When the "usage" report is pulled by nobody
    Then no report comes (DAPI-016)
    And the answer has status 401 (DAPI-046)

  @DAPI-016 @DAPI-017
  Scenario: A wrong password
    When the "usage" report is pulled by a wrong password
    Then no report comes

  @DAPI-016 @DAPI-018
  Scenario: A wrong token
    When the "usage" report is pulled by a wrong token
    Then no report comes

  @DAPI-019 @DAPI-046 @site
  Scenario: A user without the permission
    When the "usage" report is pulled by a user without the permission
    Then no report comes (DAPI-019)
    And the answer has status 403 (DAPI-046)

  @DAPI-046
  Scenario Outline: The list "<list>" is for users, too
    When the "<list>" report is pulled by nobody
    Then the answer has status 401

    Examples:
      | list               |
      | report-names       |
      | report-types/usage |
      | global-filters     |
